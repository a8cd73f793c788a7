import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { isTauri } from '@tauri-apps/api/core';
import { mount } from 'svelte';
import type { Backend } from './bridge/backend';
import { TauriBackend } from './bridge/tauri';
import ConsoleView from './components/views/ConsoleView.svelte';

/** Outside of the program, in a plain browser, a made-up board plays its part. */
async function backend(): Promise<Backend> {
  if (isTauri()) return new TauriBackend();
  const { ScriptedBackend, sceneNamed } = await import('./bridge/scripted');
  return new ScriptedBackend(sceneNamed(new URLSearchParams(location.search).get('scene')));
}

const target = document.getElementById('app');
if (target) mount(ConsoleView, { target, props: { backend: await backend() } });
