import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Bottom } from './bottom.tsx';
import { Help } from './help.tsx';
import { Inspector } from './inspector.tsx';
import { Ladder } from './ladder.tsx';
import { formatPlace, parsePlace } from './link.ts';
import type { RunModel } from './model.ts';
import { moves } from './moves.ts';
import type { Moves } from './moves.ts';
import { Plant } from './plant.tsx';
import { Predict } from './predict.tsx';
import { Narrator } from './narrator.tsx';
import { PrintSheet } from './print-sheet.tsx';
import { Side } from './side.tsx';
import { endOf, firstShown, rowOfNumber, stepOf, visibleRows } from './state.ts';
import type { Shown } from './state.ts';
import { TopBar } from './top-bar.tsx';
import { useKeys } from './use-keys.ts';

/** What every part of the screen is given. */
export interface PartProps {
  readonly model: RunModel;
  readonly shown: Shown;
  readonly move: Moves;
}

/** Between two rows while it plays. */
const PLAY_MS = 900;

export function App({ model }: { readonly model: RunModel }) {
  const [shown, setShown] = useState(() => firstShown(model, parsePlace(location.hash)));
  const view = model.view(shown.view);
  const visible = useMemo(() => visibleRows(model, view, shown.query), [model, view, shown.query]);
  const latest = useRef({ shown, view, visible });
  latest.current = { shown, view, visible };
  const move = useMemo(() => moves(model, () => latest.current, setShown), [model]);
  const index = shown.number === undefined ? -1 : rowOfNumber(view.rows, shown.number);
  const row = view.rows[index];
  const step = stepOf(model, row, shown.number);
  const now = row === undefined ? shown.at : Math.max(endOf(row), shown.at);

  useAddress(model, shown, setShown);
  useKeys(move);
  usePlay(shown.playing, move);
  useEffect(() => {
    if (shown.theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = shown.theme;
  }, [shown.theme]);
  const isReady = useReady();

  const part: PartProps = { model, shown, move };
  return (
    <>
      <div class="screen" data-ready={isReady ? 'yes' : undefined}>
        <TopBar {...part} />
        <main class="middle">
          {shown.plant === 'large' ? (
            <section class="large-plant" aria-label="Plant" tabIndex={0}>
              <Plant {...part} now={now} row={step} scale="large" />
            </section>
          ) : (
            <>
              <Side {...part} now={now} row={step} />
              <Ladder {...part} view={view} visible={visible} index={index} />
            </>
          )}
          <Inspector {...part} row={step} />
        </main>
        <Narrator model={model} row={step} />
        <Bottom {...part} now={now} />
        {shown.predict && <Predict {...part} view={view} visible={visible} index={index} />}
        {shown.help && <Help close={move.toggleHelp} />}
        {shown.blank && <Blank show={move.toggleBlank} />}
      </div>
      <PrintSheet model={model} view={view} visible={visible} />
    </>
  );
}

function Blank({ show }: { readonly show: () => void }) {
  return (
    <button
      type="button"
      class="blank"
      aria-label="The screen is blank. Show the run again."
      onClick={show}
    />
  );
}

/** The view stands in the address, and an address that changes changes the view. */
function useAddress(model: RunModel, shown: Shown, set: (change: (before: Shown) => Shown) => void): void {
  const written = useRef('');
  const address = formatPlace(shown);
  useEffect(() => {
    if (address === written.current) return;
    written.current = address;
    history.replaceState(null, '', address);
  }, [address]);
  const follow = useCallback(() => {
    if (location.hash === written.current) return;
    set((before) => ({ ...firstShown(model, parsePlace(location.hash)), theme: before.theme }));
  }, [model, set]);
  useEffect(() => {
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [follow]);
}

/** Whether all parts have been drawn once and listen to keys: what a program that drives the page waits for. */
function useReady(): boolean {
  const [isReady, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  return isReady;
}

function usePlay(playing: boolean, move: Moves): void {
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => move.step(1), PLAY_MS);
    return () => clearInterval(timer);
  }, [playing, move]);
}
