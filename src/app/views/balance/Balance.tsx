export default function Balance() { return <p className="empty">Soon.</p>; }
