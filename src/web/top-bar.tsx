import type { Verdict } from '../scenario/result.ts';
import type { PartProps } from './app.tsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import { clock } from './state.ts';

export const MARKS: Readonly<Record<Verdict, string>> = {
  pass: '✓',
  warn: '!',
  inconclusive: '?',
  fail: '✗',
  error: '✗',
};

/** What run it is, what became of it, where one is in it, and how to move. */
export function TopBar({ model, shown, move }: PartProps) {
  const { scenario, seed, mode, outcome } = model.data;
  return (
    <header class="top">
      <div class="title">
        <h1>{scenario}</h1>
        {outcome !== null && (
          <span class={`verdict ${outcome.verdict}`}>
            {MARKS[outcome.verdict]} {outcome.verdict}
          </span>
        )}
        <span class="facts">
          seed {seed}
          {mode === 'live' && ' · live'}
          {(outcome?.digest ?? '') !== '' && ` · ${outcome?.digest ?? ''}`}
        </span>
      </div>
      <div class="moves" role="group" aria-label="Steps">
        <Button label="The first step (Home)" icon="first" act={() => move.toEnd('first')} />
        <Button label="One step back (left arrow)" icon="back" act={() => move.step(-1)} />
        <Button
          label={shown.playing ? 'Stop (space)' : 'Play (space)'}
          icon={shown.playing ? 'stop' : 'play'}
          act={move.play}
        />
        <Button label="One step on (right arrow)" icon="on" act={() => move.step(1)} />
        <Button label="The next step worth a stop (N)" icon="next" act={move.nextInteresting} />
        <Button label="The first failure (F)" icon="fail" act={move.firstFailure} />
        <output class="clock" aria-label="Moment of the run">
          {clock(shown.at)}
        </output>
      </div>
      <div class="tools">
        <input
          id="filter"
          type="search"
          placeholder="Filter: offer, cm[1], lost"
          aria-label="Filter the steps"
          value={shown.query}
          onInput={(event) => move.setQuery(event.currentTarget.value)}
        />
        <Button label="The plant, large (G)" icon="plant" act={move.swapPlant} on={shown.plant === 'large'} />
        <Button
          label="Predict what comes next (P)"
          icon="predict"
          act={move.togglePredict}
          on={shown.predict}
        />
        <Button label="Print a sheet" icon="print" act={() => print()} />
        <Button label="Dark, light, or the system's (T)" icon="theme" act={move.nextTheme} />
        <Button label="Keys (?)" icon="help" act={move.toggleHelp} on={shown.help} />
      </div>
    </header>
  );
}

interface ButtonProps {
  readonly label: string;
  readonly icon: IconName;
  readonly act: () => void;
  readonly on?: boolean | undefined;
}

function Button({ label, icon, act, on }: ButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} aria-pressed={on} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}
