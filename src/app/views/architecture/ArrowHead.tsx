/** The head of the arrows in the picture of a network. @param id by which lines refer to it. */
export const ArrowHead = ({ id }: { id: string }) => (
  <marker
    id={id}
    viewBox="0 0 8 8"
    refX="6"
    refY="4"
    markerWidth="7"
    markerHeight="7"
    orient="auto"
  >
    <path d="M0 0 8 4 0 8Z" style={{ fill: 'var(--muted)' }} />
  </marker>
);
