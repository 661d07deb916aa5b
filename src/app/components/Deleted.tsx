/** Something was just deleted, and the way back. */
export function Deleted({ name, undo }: { name: string; undo: () => Promise<void> }) {
  return (
    <p className="callout">
      <span>“{name}” was deleted.</span>
      <button type="button" onClick={() => void undo()}>
        Undo
      </button>
    </p>
  );
}
