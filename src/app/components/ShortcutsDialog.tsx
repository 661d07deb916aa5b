import { commands } from '../commands.ts';
import { lab, useLab } from '../store/store.ts';
import { Dialog } from './Dialog.tsx';

export function ShortcutsDialog() {
  const open = useLab((s) => s.dialog === 'shortcuts');
  return (
    <Dialog
      title="Keyboard shortcuts"
      kind="card"
      open={open}
      onClose={() => lab.setState({ dialog: null })}
    >
      <dl className="shortcuts">
        {commands.map(({ shown, label }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{label}</dd>
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
