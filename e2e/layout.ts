/** The sizes at which the page is looked at, and what does not fit into one. */
export const screens = [
  { name: 'laptop', width: 1440, height: 900 },
  { name: 'projector', width: 1280, height: 720 },
  { name: 'phone', width: 390, height: 844 },
];

/** Whether the page scrolls, and charts that reach beyond their cards. */
export const beyondWindow = (): string[] => {
  const { scrollHeight, scrollWidth, clientHeight, clientWidth } = document.documentElement;
  const scrolls = scrollHeight > clientHeight || scrollWidth > clientWidth;
  const charts = [...document.querySelectorAll('main .panel')].flatMap((panel) =>
    [...panel.querySelectorAll(':scope .plot')]
      .filter((plot) => plot.closest('.scroll') === null)
      .filter(
        (plot) => plot.getBoundingClientRect().bottom > panel.getBoundingClientRect().bottom + 1,
      )
      .map(() => panel.querySelector('h2')?.textContent ?? 'a chart'),
  );
  return [...(scrolls ? ['the page scrolls'] : []), ...charts];
};

/** The share of what the tour points at that its card covers, in per cent; 100 where nothing of it is on screen. */
export const coveredByCard = (): number => {
  const boxOf = (selector: string): DOMRect | undefined =>
    document.querySelector(selector)?.getBoundingClientRect();
  const [target, card, page] = [boxOf('main [data-pointed]'), boxOf('.tour'), boxOf('#root')];
  if (!target || !card || !page) return 100;
  // Over a sheet the page ends, and scrolls: what lies below its edge is not drawn.
  const bottom = Math.min(target.bottom, page.bottom);
  const shown = target.width * (bottom - target.top);
  const across = Math.min(target.right, card.right) - Math.max(target.left, card.left);
  const down = Math.min(bottom, card.bottom) - Math.max(target.top, card.top);
  return shown > 0 ? (100 * Math.max(0, across) * Math.max(0, down)) / shown : 100;
};
