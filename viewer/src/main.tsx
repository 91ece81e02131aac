import './styles/base.css'

import { render } from 'preact'

import { App } from './app/App'

const root = document.getElementById('viewer')
if (root) render(<App />, root)
