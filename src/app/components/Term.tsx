/** A term of the glossary: a card with its definition on hover, focus and tap, until Escape or until it is left. */
import { useCallback, useId, useRef, useState } from 'react';
import type { FocusEvent, KeyboardEvent } from 'react';
import { glossary, termsIn } from '../glossary.ts';
import type { TermId } from '../glossary.ts';
import { learnHref } from '../router.ts';

/** Milliseconds that the pointer may be between term and card, and that it rests before a card opens. */
const grace = 180;

export function Term({ of, children }: { of: TermId; children?: string }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const button = useRef<HTMLButtonElement>(null);
  const turn = (on: boolean, delay = 0): void => {
    clearTimeout(timer.current);
    if (delay > 0) timer.current = setTimeout(() => setOpen(on), delay);
    else setOpen(on);
  };
  const place = useCallback((card: HTMLElement | null) => {
    if (card && button.current) placeCard(card, button.current);
  }, []);
  const leave = (event: FocusEvent<HTMLElement>): void => {
    if (!event.currentTarget.contains(event.relatedTarget)) turn(false);
  };
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    // The card closes, not the dialog that it stands in.
    event.preventDefault();
    event.stopPropagation();
    turn(false);
    button.current?.focus();
    turn(false);
  };
  const { term } = glossary[of];
  return (
    <span
      className="term"
      onPointerEnter={(event) => event.pointerType === 'mouse' && turn(true, grace)}
      onPointerLeave={(event) => event.pointerType === 'mouse' && turn(false, grace)}
      onBlur={leave}
      onKeyDown={escape}
    >
      <button
        ref={button}
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onFocus={(event) => event.target.matches(':focus-visible') && turn(true)}
        onClick={(event) => {
          // In a label or a summary it explains, and does nothing else.
          event.preventDefault();
          turn(!open);
        }}
      >
        {children ?? term}
      </button>
      {open && (
        <span ref={place} id={id} className="term-card" role="group" aria-label={term}>
          <Definition of={of} />
        </span>
      )}
    </span>
  );
}

/** Of the glossary's entry: definition, section of the paper, stop of the tour. */
export function Definition({ of }: { of: TermId }) {
  const { term, definition, section, stop } = glossary[of];
  return (
    <>
      <strong>{term}</strong>
      <span>{definition}</span>
      <span className="term-sources">
        Paper: section {section}
        {stop !== null && (
          <>
            {' · '}
            <a href={learnHref(stop)}>Tour, stop {stop + 1}</a>
          </>
        )}
      </span>
    </>
  );
}

/** Running text with its terms marked. */
export function WithTerms({ text }: { text: string }) {
  return termsIn(text).map((piece, i) =>
    typeof piece === 'string' ? (
      piece
    ) : (
      <Term key={i} of={piece.id}>
        {piece.text}
      </Term>
    ),
  );
}

/** Under the term, or above where there is no room; in the top layer, so that no panel cuts it off. */
function placeCard(card: HTMLElement, term: HTMLElement): void {
  if ('showPopover' in card) {
    card.setAttribute('popover', 'manual');
    card.showPopover();
  }
  const { left, top, bottom } = term.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const room = document.documentElement.clientWidth - width - 8;
  card.style.left = `${Math.max(8, Math.min(left, room))}px`;
  card.style.top = `${bottom + height + 8 > window.innerHeight && top > height ? top - height - 6 : bottom + 6}px`;
}
