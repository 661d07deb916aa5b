import { printedKey } from '../command.ts';
import { commands } from '../commands.ts';
import { setSingleKeys, useSingleKeys } from '../single-keys.ts';
import { lab, useLab } from '../store/store.ts';
import { Dialog } from './Dialog.tsx';

export function ShortcutsDialog() {
  const singleKeysOn = useSingleKeys();
  const open = useLab((s) => s.dialog === 'shortcuts');
  return (
    <Dialog
      title="Keyboard shortcuts"
      kind="card"
      open={open}
      onClose={() => lab.setState({ dialog: null })}
    >
      <label className="shortcut-switch">
        <input
          type="checkbox"
          checked={singleKeysOn}
          onChange={(event) => setSingleKeys(event.target.checked)}
        />
        Shortcuts of a single letter, digit or sign
      </label>
      <dl className="shortcuts">
        {commands.map((command) => (
          <div key={command.name}>
            <dt>
              <kbd>{printedKey(command)}</kbd>
            </dt>
            <dd>{command.label}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>←</kbd> <kbd>→</kbd>
          </dt>
          <dd>Read values along a focused chart</dd>
        </div>
      </dl>
    </Dialog>
  );
}
