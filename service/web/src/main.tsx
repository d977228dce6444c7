import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { Root } from './app/Root'

import './app/tokens.css'
import './app/base.css'

const place = document.getElementById('root')
if (place === null) throw new Error('index.html has no element #root')
createRoot(place).render(
  <StrictMode>
    <Root />
  </StrictMode>,
)

// Only what was built has the files that the worker keeps; without HTTPS browsers have no workers.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker
    .register('/sw.js')
    .catch((error: unknown) => console.warn('no offline copy:', error))
}
