/** What came of a link with settings. */
import { WarningIcon } from '../components/icons.tsx';
import { link, useLink } from './link.ts';

export function LinkNotice() {
  const opened = useLink((s) => s.opened);
  if (!opened) return null;
  const close = (
    <button type="button" onClick={() => link.setState({ opened: null })}>
      Close
    </button>
  );
  if (opened.ok) {
    return (
      <section className="notice" role="status">
        <p>The settings come from the link. Press Start to search with them.</p>
        {close}
      </section>
    );
  }
  return (
    <section className="notice error" role="alert">
      <WarningIcon />
      <div>
        <h2>The settings in this link cannot be used</h2>
        <p>In this link, {opened.problem} The settings were not changed.</p>
        <p className="buttons">{close}</p>
      </div>
    </section>
  );
}
