import { render } from 'preact';
import { App } from './app.tsx';
import { loadPage } from './load.ts';
import { RunModel } from './model.ts';

const root = document.querySelector('#app');
const data = document.querySelector('#data');

async function start(place: Element): Promise<void> {
  try {
    const model = new RunModel(await loadPage(data?.textContent ?? ''));
    data?.remove();
    place.replaceChildren();
    render(<App model={model} />, place);
  } catch (error) {
    const said = document.createElement('p');
    said.setAttribute('role', 'alert');
    said.textContent = `This report cannot be read: ${error instanceof Error ? error.message : String(error)}. A browser of 2023 or later is needed.`;
    place.replaceChildren(said);
    throw error;
  }
}

if (root !== null) void start(root);
