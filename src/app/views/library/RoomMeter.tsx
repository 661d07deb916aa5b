/** How much of what the browser grants is used. */
import { bytes } from '../../format.ts';
import { useLibrary } from '../../store/library-state.ts';

export function RoomMeter() {
  const room = useLibrary((s) => s.room);
  const obstacle = useLibrary((s) => s.obstacle);
  if (obstacle !== null) return <p className="room note">Nothing is stored.</p>;
  if (!room) return null;
  const { used, quota, persistent } = room;
  return (
    <div className="room note">
      <meter
        aria-label="Storage used"
        min={0}
        max={Math.max(quota, 1)}
        value={used}
        high={0.9 * quota}
      />
      <span>
        {bytes(used)} of {bytes(quota)} used
        {persistent ? '; the browser keeps it' : '; the browser may clear it when the disk is full'}
      </span>
    </div>
  );
}
