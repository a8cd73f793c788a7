import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shapes.css';
import { isTauri } from '@tauri-apps/api/core';
import { mount } from 'svelte';
import type { Backend } from './bridge/backend';
import { TauriBackend } from './bridge/tauri';
import ConsoleView from './components/views/ConsoleView.svelte';

const asked = new URLSearchParams(location.search);
const scene = asked.get('scene');

/** Outside of the program, in a plain browser, a made-up board plays its part. */
async function backend(): Promise<Backend> {
  if (isTauri()) return new TauriBackend();
  const { ScriptedBackend, sceneNamed } = await import('./bridge/scripted');
  return new ScriptedBackend(sceneNamed(scene));
}

const target = document.getElementById('app');
if (target && scene === 'gallery') {
  const { default: Gallery } = await import('./components/gallery/Gallery.svelte');
  mount(Gallery, { target, props: { open: asked.get('open') } });
} else if (target) {
  mount(ConsoleView, { target, props: { backend: await backend() } });
}
