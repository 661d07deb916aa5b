/**
 * A canvas that draws itself outside React's render path: when its element is resized, when the theme changes, and when
 * what it selects from the store is another object; but never more often than every `interval` milliseconds, and only in
 * frames.
 */
import { use, useEffect, useRef } from 'react';
import { lab, RunSide } from '../store/store.ts';
import type { LabState } from '../store/store.ts';
import type { PointerEvent, RefObject } from 'react';
import { onPaletteChange, textScale } from './palette.ts';

export const font = '11px "IBM Plex Sans Variable", system-ui, sans-serif';

/** Ten a second is as fast as events come; faster would only take time from the search on a software adapter. */
const interval = 100;

export interface Painting<T> {
  /** Must return the same object while nothing it draws has changed. */
  select: (state: LabState) => T;
  paint: (context: CanvasRenderingContext2D, width: number, height: number, data: T) => void;
}

const painters = new WeakMap<HTMLCanvasElement, (context: CanvasRenderingContext2D) => void>();

/** What a canvas shows, drawn again as vectors. @returns null for a canvas of another kind. */
export async function repaintInto(canvas: HTMLCanvasElement): Promise<SVGElement | null> {
  const paint = painters.get(canvas);
  if (!paint) return null;
  const { Context } = await import('svgcanvas/dist/svgcanvas.esm.js');
  const context = new Context(canvas.clientWidth, canvas.clientHeight);
  paint(context as unknown as CanvasRenderingContext2D);
  return context.getSvg();
}

/** Where the pointer is, and how large the drawing, in the drawing's own pixels. */
export function pointOf({ currentTarget, clientX, clientY }: PointerEvent<HTMLCanvasElement>): {
  x: number;
  y: number;
  width: number;
  height: number;
} {
  const box = currentTarget.getBoundingClientRect();
  const scale = textScale();
  return {
    ...{ x: (clientX - box.left) / scale, y: (clientY - box.top) / scale },
    ...{ width: box.width / scale, height: box.height / scale },
  };
}

/** @param painting a new object repaints: keep it (`useMemo`) while it is the same. */
export function useCanvas<T>(painting: Painting<T>): RefObject<HTMLCanvasElement | null> {
  const side = use(RunSide);
  const canvas = useRef<HTMLCanvasElement>(null);
  const current = useRef(painting);
  const request = useRef<() => void>(() => {});
  useEffect(() => {
    current.current = painting;
    request.current();
  }, [painting]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let paintedAt = 0;
    let drawn: T | undefined;
    const paint = (): void => {
      frame = 0;
      paintedAt = performance.now();
      const { clientWidth: width, clientHeight: height } = element;
      if (width === 0 || height === 0) return;
      fitPixels(element, context, width, height);
      drawn = current.current.select(side());
      const scale = textScale();
      context.scale(scale, scale);
      current.current.paint(context, width / scale, height / scale, drawn);
    };
    const now = (): void => {
      timer = undefined;
      if (frame === 0) frame = requestAnimationFrame(paint);
    };
    const changed = (): void => {
      if (current.current.select(side()) !== drawn)
        timer ??= setTimeout(now, Math.max(0, paintedAt + interval - performance.now()));
    };
    request.current = now;
    painters.set(element, (other) =>
      current.current.paint(
        other,
        element.clientWidth,
        element.clientHeight,
        current.current.select(side()),
      ),
    );
    const resize = new ResizeObserver(now);
    resize.observe(element);
    const ends = [lab.subscribe(changed), onPaletteChange(now), () => resize.disconnect()];
    // Text drawn before the font arrives is set in another.
    void document.fonts.ready.then(now);
    return () => {
      for (const end of ends) end();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      request.current = () => {};
    };
  }, [side]);

  return canvas;
}

function fitPixels(
  element: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
): void {
  const ratio = window.devicePixelRatio;
  const [x, y] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (element.width !== x || element.height !== y) {
    element.width = x;
    element.height = y;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}
