/** Calls back once what is shown now is on screen. A tab in the background draws no frames; work shall continue there. */
export function afterDrawing(then: () => void): void {
  if (document.visibilityState === 'hidden') setTimeout(then, 0);
  else requestAnimationFrame(() => setTimeout(then, 0));
}
