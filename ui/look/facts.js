/**
 * What must hold of every picture of the window, whatever is on it: nothing sticks out, nothing is cut off, nothing is too
 * small to hit or to read. A plain script: the look and the tests in real windows put it into the page.
 */
window.layoutComplaints = () => {
  const TARGETS =
    'button, input, textarea, a[href], [role="option"], [role^="menuitem"], [role="switch"], [role="combobox"]';
  const TARGET_MIN = 24;
  const FONT_MIN = 11;
  const complaints = [];
  const name = (element) => {
    const mark = element.dataset.testid ?? element.getAttribute('aria-label') ?? element.className;
    return `${element.tagName.toLowerCase()}(${String(mark).slice(0, 40)}) “${(element.textContent ?? '').trim().slice(0, 30)}”`;
  };
  const isSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true }) &&
    getComputedStyle(element).clipPath !== 'inset(50%)';
  const isCut = (style) => ['hidden', 'clip'].includes(style.overflowY);

  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) complaints.push(`the page is ${page.scrollWidth} px wide`);

  for (const specimen of document.querySelectorAll('[data-specimen] > .stage')) {
    if (specimen.scrollWidth > specimen.clientWidth + 1)
      complaints.push(
        `${specimen.parentElement.dataset.specimen} sticks out by ${specimen.scrollWidth - specimen.clientWidth} px`,
      );
  }
  for (const target of document.querySelectorAll(TARGETS)) {
    if (!isSeen(target)) continue;
    const { width, height } = target.getBoundingClientRect();
    if (width < TARGET_MIN - 0.5 || height < TARGET_MIN - 0.5)
      complaints.push(`${name(target)} is only ${Math.round(width)} × ${Math.round(height)} px`);
  }
  for (const element of document.body.querySelectorAll('*')) {
    const speaks = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!speaks || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    if (Number.parseFloat(style.fontSize) < FONT_MIN - 0.1)
      complaints.push(`${name(element)} is written in ${style.fontSize}`);
    if (isCut(style) && element.scrollHeight > element.clientHeight + 2 && element.clientHeight > 0)
      complaints.push(
        `${name(element)} is cut off below by ${element.scrollHeight - element.clientHeight} px`,
      );
  }
  return complaints;
};
