/** An address that no page has. */
import { Button } from '@mantine/core'
import { Link } from 'wouter'
import { useTexts } from '../i18n/texts.tsx'
import { Empty } from '../parts/empty.tsx'
import { SearchIcon } from '../parts/icons.tsx'
import { firstPage } from './pages.ts'

export const NotFound = () => {
  const { notFound } = useTexts().shell
  return (
    <Empty icon={SearchIcon} title={notFound.title} text={notFound.text}>
      <Button component={Link} href={`/${firstPage}`}>
        {notFound.action}
      </Button>
    </Empty>
  )
}
