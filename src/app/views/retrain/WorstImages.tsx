/** The test images that the trained network gets most wrong, as it saw them. */
import { useEffect, useRef } from 'react';
import type { WorstImage } from '../../../protocol/train-messages.ts';
import { decimal } from '../../format.ts';
import { useTraining } from '../../sessions/training.ts';

export function WorstImages() {
  const worst = useTraining((s) => s.worst);
  const names = useTraining((s) => s.started?.dataset.classNames ?? null);
  if (worst.length === 0 || !names)
    return (
      <p className="empty">
        Appears when the training has finished: the test images misclassified with the highest
        confidence.
      </p>
    );
  return (
    <ul className="worst">
      {worst.map((image, i) => (
        <li key={i}>
          <Picture image={image} label={names[image.label] ?? String(image.label)} />
          true {names[image.label]}, predicted {names[image.predicted]} ({decimal(image.loss)} nats)
        </li>
      ))}
    </ul>
  );
}

function Picture({ image: { size, pixels }, label }: { image: WorstImage; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(new ImageData(pixels, size, size), 0, 0);
  }, [pixels, size]);
  return <canvas ref={canvas} width={size} height={size} role="img" aria-label={label} />;
}
