export default function Architecture() { return <p className="empty">Soon.</p>; }
