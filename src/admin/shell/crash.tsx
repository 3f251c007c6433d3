/** A bug in a page shows this and not an empty window. */
import { Button, Container } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useTexts } from '../i18n/texts.tsx'
import { Empty } from '../parts/empty.tsx'
import { StopIcon } from '../parts/icons.tsx'

const Crashed = () => {
  const { problems } = useTexts().common
  return (
    <Container role="alert">
      <Empty icon={StopIcon} title={problems.crash} text={problems.crashHint}>
        <Button onClick={() => location.reload()}>{problems.reload}</Button>
      </Empty>
    </Container>
  )
}

export class CrashBoundary extends Component<{ readonly children: ReactNode }, { readonly isCrashed: boolean }> {
  override state = { isCrashed: false }

  static getDerivedStateFromError() {
    return { isCrashed: true }
  }

  override render() {
    return this.state.isCrashed ? <Crashed /> : this.props.children
  }
}
