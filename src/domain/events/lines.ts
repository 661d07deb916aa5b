/**
 * The form of event streams as JSON lines, stated by their first event. A new version is one that takes a field away or
 * gives it another meaning; fields and event types may be added to a version.
 */
export const eventsFormat = 'mgas-events';
export const eventsVersion = 1;
