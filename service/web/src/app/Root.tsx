import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'

import { Problem } from '@/api/problem'
import { ToastProvider } from '@/shared/Toasts'

import { LocaleProvider } from './locale'
import { router } from './router'
import { ThemeProvider } from './theme'

/** Refused requests stay refused; only an unreachable or failing server is asked again. */
function worthAnotherTry(failures: number, error: Error): boolean {
  const passing = !(error instanceof Problem) || error.status === 0 || error.status >= 500
  return passing && failures < 2
}

const cache = new QueryClient({
  defaultOptions: { queries: { retry: worthAnotherTry, staleTime: 5_000, refetchOnWindowFocus: true } },
})

export function Root() {
  return (
    <LocaleProvider>
      <ThemeProvider>
        <QueryClientProvider client={cache}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </QueryClientProvider>
      </ThemeProvider>
    </LocaleProvider>
  )
}
