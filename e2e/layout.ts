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
