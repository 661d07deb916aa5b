export default function Events() { return <p className="empty">Soon.</p>; }
