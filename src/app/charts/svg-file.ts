/** Drawings as files: SVG that needs nothing of the page, its font included, and PNG. */
import fontUrl from '@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2?url';

const variables = /var\((--[\w-]+)\)/g;

/** A drawing as a document of its own: colours as they are now, the page's colour behind it. */
export async function svgText(svg: SVGSVGElement): Promise<string> {
  const font = await fontFace();
  const style = getComputedStyle(document.documentElement);
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  for (const name of ['class', 'style', 'tabindex', 'role']) copy.removeAttribute(name);
  copy.setAttribute('font-family', `"${fontName}", "IBM Plex Sans", system-ui, sans-serif`);
  const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  back.setAttribute('width', '100%');
  back.setAttribute('height', '100%');
  back.setAttribute('fill', 'var(--panel)');
  const faces = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  faces.textContent = font;
  copy.prepend(faces, back);
  return new XMLSerializer()
    .serializeToString(copy)
    .replace(variables, (_, name: string) => style.getPropertyValue(name).trim());
}

const fontName = 'MGAS Plex';
let face: Promise<string> | null = null;

/** The page's font as a data URL: a drawing that is an image of its own loads nothing. Without it where it cannot be read. */
function fontFace(): Promise<string> {
  face ??= fetch(fontUrl)
    .then((answer) => answer.blob())
    .then(
      (blob) =>
        new Promise<string>((resolve, reject) => {
          const reader = new FileReader();
          reader.onload = () => resolve(reader.result as string);
          reader.onerror = () => reject(reader.error!);
          reader.readAsDataURL(blob);
        }),
    )
    .then(
      (url) =>
        `@font-face{font-family:"${fontName}";font-weight:100 700;src:url(${url.replace(/^data:[^;]*/, 'data:font/woff2')}) format("woff2")}`,
    )
    .catch(() => {
      face = null;
      return '';
    });
  return face;
}

/** @param scale pixels a unit of the drawing. */
export async function pngOf(svg: SVGSVGElement, scale = 2): Promise<Blob> {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  const url = URL.createObjectURL(new Blob([await svgText(svg)], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) =>
          blob
            ? resolve(blob)
            : reject(new Error('the browser could not create a PNG of this size')),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
