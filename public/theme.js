// Before anything is drawn, so that a dark page never flashes white. A file of its own: no inline script is allowed.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('mgas-theme');
  } catch {
    // Storage is forbidden here: the system's choice holds.
  }
  if (theme !== 'light' && theme !== 'dark') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme;
})();
