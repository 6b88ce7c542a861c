import { useState } from 'preact/hooks';
import type { Row } from '../report/ladder-rows.ts';
import type { PartProps } from './app.tsx';
import { Causes } from './cause.tsx';
import { Expectations } from './expectations.tsx';
import { failuresOf } from './failures.ts';
import { Plant } from './plant.tsx';
import { MARKS } from './top-bar.tsx';

interface SideProps extends PartProps {
  readonly now: number;
  readonly row: Row | undefined;
}

type Tab = 'plant' | 'verdict';

/** The left side: who is where and how far each one is, or what was expected and what is behind it. */
export function Side(props: SideProps) {
  const { model, move } = props;
  const { outcome, about, causes } = model.data;
  const failures = failuresOf(model.data).filter(({ verdict }) => verdict !== 'warn');
  const [tab, setTab] = useState<Tab>(failures.length > 0 ? 'verdict' : 'plant');
  const hasVerdict = outcome !== null || about !== '' || causes.length > 0;
  return (
    <aside class="side" aria-label="Plant and verdict">
      {hasVerdict && (
        <div class="tabs" role="tablist" aria-label="Plant or verdict">
          <Tab name="plant" label="Plant" chosen={tab} choose={setTab} />
          <Tab name="verdict" label={verdictLabel(props)} chosen={tab} choose={setTab} />
        </div>
      )}
      <div
        class="side-panel"
        {...(hasVerdict && { role: 'tabpanel', 'aria-labelledby': `side-${tab}` })}
        id="side-panel"
        tabIndex={0}
      >
        {tab === 'plant' || !hasVerdict ? (
          <Plant {...props} scale="small" />
        ) : (
          <>
            {about !== '' && (
              <details class="expected about">
                <summary>About this run</summary>
                <p>{about}</p>
              </details>
            )}
            <Expectations model={model} move={move} />
            <Causes model={model} move={move} />
          </>
        )}
      </div>
    </aside>
  );
}

function verdictLabel({ model }: PartProps): string {
  const { outcome } = model.data;
  if (outcome === null) return 'Cause';
  const failures = failuresOf(model.data).length;
  return `Verdict ${MARKS[outcome.verdict]}${failures > 0 ? ` ${failures}` : ''}`;
}

interface TabProps {
  readonly name: Tab;
  readonly label: string;
  readonly chosen: Tab;
  readonly choose: (tab: Tab) => void;
}

function Tab({ name, label, chosen, choose }: TabProps) {
  return (
    <button
      type="button"
      role="tab"
      id={`side-${name}`}
      aria-selected={chosen === name}
      aria-controls="side-panel"
      onClick={() => choose(name)}
    >
      {label}
    </button>
  );
}
