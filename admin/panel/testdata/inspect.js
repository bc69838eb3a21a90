// Says what is wrong with the page as it stands, in both themes; "" for nothing.
((lang, width) => {
  const wrong = [];
  const root = document.documentElement;
  if (root.lang !== lang) wrong.push(`lang is ${root.lang}`);
  if (Math.max(root.scrollWidth, innerWidth) > width) wrong.push(`${root.scrollWidth} px wide`);
  for (const { name } of performance.getEntriesByType('resource')) if (!name.startsWith(location.origin)) wrong.push(`asks for ${name}`);

  // Targets of fingers, but for links within sentences.
  for (const node of document.querySelectorAll('a[href], button, summary, select, input:not([type="hidden"]), label:has(input)')) {
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || node.closest('.sr, .skip, p, dd, td, th, .loss, .plot svg') || node.matches('.card-title')) continue;
    const { width, height } = (node.closest('label') ?? node).getBoundingClientRect();
    if (width && (width < 23.5 || height < 23.5)) wrong.push(`${Math.round(width)} × ${Math.round(height)} px: ${node.outerHTML.slice(0, 90)}`);
  }

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = 1;
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(color, [r, g, b, a / 255]);
    }
    return known.get(color);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const light = (c) => c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };

  // ground is what is behind an element's text, and how much of the text is left of it.
  const grounds = new Map();
  const ground = (node) => {
    if (!node) return { behind: rgba(getComputedStyle(root).backgroundColor)[3] ? rgba(getComputedStyle(root).backgroundColor) : [255, 255, 255], left: 1 };
    if (!grounds.has(node)) {
      const style = getComputedStyle(node);
      const up = ground(node.parentElement);
      grounds.set(node, { behind: over(rgba(style.backgroundColor), up.behind), left: up.left * Number(style.opacity) });
    }
    return grounds.get(node);
  };
  const judge = (node, color, text) => {
    const style = getComputedStyle(node);
    const { behind, left } = ground(node);
    const [r, g, b, a] = rgba(color);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const got = contrast(over([r, g, b, a * left], behind), behind);
    if (got < least) wrong.push(`${root.dataset.theme}: ${got.toFixed(2)} for "${text.trim().slice(0, 40)}" (.${node.className || node.tagName})`);
  };
  for (const theme of ['claro', 'escuro']) {
    root.dataset.theme = theme;
    for (const moving of document.getAnimations()) moving.finish();
    grounds.clear();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode.parentElement;
      if (!/[\p{L}\p{N}]/u.test(texts.currentNode.data) || node.closest('template, option, .error-code, .sr, [disabled]') || !node.checkVisibility({ visibilityProperty: true })) continue;
      judge(node, getComputedStyle(node).color, texts.currentNode.data);
    }
    for (const field of document.querySelectorAll('[placeholder]')) if (field.checkVisibility()) judge(field, getComputedStyle(field, '::placeholder').color, field.placeholder);
  }
  return wrong.join('\n');
})
