/** Help: what the keys do, and what the terms mean. */
import { printedKey } from '../command.ts';
import { commands } from '../commands.ts';
import { setSingleKeys, useSingleKeys } from '../single-keys.ts';
import { lab, useLab } from '../store/store.ts';
import { glossary, termIds } from '../glossary.ts';
import { Definition } from './Term.tsx';
import { Dialog } from './Dialog.tsx';

export function ShortcutsDialog() {
  const singleKeysOn = useSingleKeys();
  const open = useLab((s) => s.dialog === 'shortcuts');
  return (
    <Dialog title="Help" kind="card" open={open} onClose={() => lab.setState({ dialog: null })}>
      <h3 className="glossary-title">Keyboard shortcuts</h3>
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
      <h3 className="glossary-title">Glossary</h3>
      <dl className="glossary">
        {termIds.map((id) => (
          <div key={id}>
            <dt className="visually-hidden">{glossary[id].term}</dt>
            <dd>
              <Definition of={id} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
