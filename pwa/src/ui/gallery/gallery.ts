/** Entry of the component gallery; served by `npm run dev` only, no part of the build. */
import { mount } from 'svelte';
import '../../styles/base.css';
import Gallery from './Gallery.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('gallery.html lost its #app');
mount(Gallery, { target });
