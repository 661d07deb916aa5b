/** Where no run is on screen: the recorded searches that can be played. */
import { copy } from '../copy.ts';
import { PlayIcon } from '../components/icons.tsx';
import { compact } from '../format.ts';
import { viewHref, useView } from '../router.ts';
import { useLab } from '../store/store.ts';
import { useRecordings } from './recordings.ts';

export function RecordingsBar() {
  const list = useRecordings((s) => s.list);
  const view = useView();
  const empty = useLab(
    (s) => s.pastId === null && s.run.started === null && s.opening === null && s.state === 'idle',
  );
  if (!empty || !list || list.length === 0) return null;
  return (
    <section className="recordings-bar" aria-label={copy.recordedSearches}>
      <p>Watch a recorded search:</p>
      {list.map(({ id, title, result }) => (
        <a key={id} className="button primary" href={viewHref(view, id)}>
          <PlayIcon /> {title} <small>{compact(result.parameters)} parameters</small>
        </a>
      ))}
    </section>
  );
}
