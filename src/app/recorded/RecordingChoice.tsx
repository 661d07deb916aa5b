/** The recorded search on screen, and the others to choose from. */
import { useView, viewHref } from '../router.ts';
import { useRecordings } from './recordings.ts';

/** @param id the one on screen. */
export function RecordingChoice({ id, name }: { id: string; name: string }) {
  const list = useRecordings((s) => s.list);
  const view = useView();
  if (!list || list.length < 2) return <strong>{name}</strong>;
  return (
    <select
      className="recording-choice"
      aria-label="Recorded search"
      value={id}
      onChange={(event) => (location.hash = viewHref(view, event.target.value))}
    >
      {list.map((one) => (
        <option key={one.id} value={one.id}>
          {one.title}
        </option>
      ))}
    </select>
  );
}
