/** Plays the run on screen from its events: play, speed, loop. */
import { PauseIcon, PlayIcon } from '../components/icons.tsx';
import { useLab } from '../store/store.ts';
import { togglePlaying } from './play.ts';
import { player, speeds, usePlayer } from './player.ts';
import type { Speed } from './player.ts';

export function PlayControls() {
  const playing = usePlayer((s) => s.playing);
  const speed = usePlayer((s) => s.speed);
  const loop = usePlayer((s) => s.loop);
  const opening = useLab((s) => s.opening);
  return (
    <div className="play-controls" role="group" aria-label="Play">
      <button
        type="button"
        className="icon-button small"
        aria-label={playing ? 'Pause playing' : 'Play this run'}
        title={playing ? 'Pause playing (Space)' : 'Play this run (Space)'}
        disabled={opening !== null}
        onClick={togglePlaying}
      >
        {playing ? <PauseIcon /> : <PlayIcon />}
      </button>
      <select
        aria-label="Playing speed"
        value={speed}
        onChange={(event) => player.setState({ speed: Number(event.target.value) as Speed })}
      >
        {speeds.map((one) => (
          <option key={one} value={one}>
            {one}x
          </option>
        ))}
      </select>
      <label className="play-loop">
        <input
          type="checkbox"
          checked={loop}
          onChange={(event) => player.setState({ loop: event.target.checked })}
        />
        Loop
      </label>
    </div>
  );
}
