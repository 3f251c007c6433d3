/** The admin page begins here. */
import './shell/mantine.ts'
import './shell/global.css'
import { MantineProvider } from '@mantine/core'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { basePath } from './api/place.ts'
import { SpeechProvider } from './i18n/texts.tsx'
import { Gate } from './session/gate.tsx'
import { CrashBoundary } from './shell/crash.tsx'
import { KeyboardProvider } from './shell/keys.tsx'
import { schemeManager, theme, variables } from './shell/theme.ts'

/** The server's policy lets styles in by this nonce alone: Mantine's variables, and what locks the scrolling behind a dialogue. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content
Object.assign(globalThis, { __webpack_nonce__: nonce })

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={schemeManager} defaultColorScheme="auto" getStyleNonce={() => nonce ?? ''}>
      <SpeechProvider>
        <CrashBoundary>
          <KeyboardProvider>
            <Router base={basePath}>
              <Gate />
            </Router>
          </KeyboardProvider>
        </CrashBoundary>
      </SpeechProvider>
    </MantineProvider>
  </StrictMode>,
)
