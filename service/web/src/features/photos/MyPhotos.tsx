import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'

import type { Photo } from '@/api/nouns'
import { myPhotosQuery, photoImageUrl } from '@/api/photos'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { problemText } from '@/shared/problemText'

import { FoundCases } from './FoundCases'
import { PhotoPicture } from './PhotoPicture'
import { grouped } from './problems'
import styles from './UploadPage.module.css'

/** Photos that the reader sent before, and what became of them; `hidden` are those shown above already. */
export function MyPhotos({ hidden }: { hidden: ReadonlySet<string | null> }) {
  const t = useMessages()
  const photos = useInfiniteQuery(myPhotosQuery)
  const shown = (photos.data?.pages.flatMap((page) => page.items) ?? []).filter(
    (photo) => !hidden.has(photo.id),
  )
  return (
    <section className={styles.list}>
      <h2>{t('photos.mine')}</h2>
      {photos.error === null ? null : <p className={styles.refusal}>{problemText(t, photos.error)}</p>}
      {photos.isSuccess && shown.length === 0 ? <p className={styles.meta}>{t('photos.mineEmpty')}</p> : null}
      <ul>
        {problemsOf(shown).map((photos) => (
          <SentProblem key={photos[0].id} photos={photos} />
        ))}
      </ul>
      {photos.hasNextPage ? (
        <Button block loading={photos.isFetchingNextPage} onClick={() => void photos.fetchNextPage()}>
          {t('common.more')}
        </Button>
      ) : null}
    </section>
  )
}

function SentProblem({ photos }: { photos: readonly [Photo, ...Photo[]] }) {
  const t = useMessages()
  const format = useFormat()
  const [first] = photos
  const taken = first.taken_at
  const open = photos.find((photo) => photo.status !== 'done') ?? first
  return (
    <li className={styles.card} data-status={open.status}>
      <span className={styles.pictures} data-many={photos.length > 1}>
        {photos.slice(0, PICTURES).map((photo) => (
          <PhotoPicture key={photo.id} src={photoImageUrl(photo.id)} alt="" />
        ))}
      </span>
      <div className={styles.cardText}>
        <p className={styles.name}>
          {taken === null
            ? format.dateTime(first.created_at)
            : t('photos.takenAt', { time: format.dateTime(taken) })}
        </p>
        {photos.length > 1 ? (
          <p className={styles.meta}>{t('photos.shots', { count: photos.length })}</p>
        ) : null}
        {first.note === '' ? null : <p className={styles.meta}>{first.note}</p>}
        <p className={styles.state}>
          {t(`photos.status.${open.status}`)}
          {open.status === 'failed' && open.detail !== '' ? `: ${open.detail}` : null}
        </p>
        {photos.some((photo) => photo.status === 'done') ? (
          <FoundCases ids={photos.flatMap((photo) => photo.case_ids)} />
        ) : null}
      </div>
    </li>
  )
}

/** As many as fit into the square of one. */
const PICTURES = 4

/** Photos of one problem together, in the order of their newest photo. */
function problemsOf(photos: readonly Photo[]): [Photo, ...Photo[]][] {
  return [...grouped(photos, (photo) => photo.problem ?? photo.id).values()] as [Photo, ...Photo[]][]
}
