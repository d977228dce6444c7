import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'

import { myPhotosQuery, photoImageUrl } from '@/api/photos'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { problemText } from '@/shared/problemText'

import { FoundCases } from './FoundCases'
import { PhotoPicture } from './PhotoPicture'
import styles from './UploadPage.module.css'

/** Photos that the reader sent before, and what became of them; `hidden` are those shown above already. */
export function MyPhotos({ hidden }: { hidden: ReadonlySet<string | null> }) {
  const t = useMessages()
  const format = useFormat()
  const photos = useInfiniteQuery(myPhotosQuery)
  const shown = (photos.data?.pages.flatMap((page) => page.items) ?? []).filter(
    (photo) => !hidden.has(photo.id),
  )
  return (
    <section className={styles.list}>
      <h2>{t('photos.mine')}</h2>
      {photos.error === null ? null : <p className={styles.problem}>{problemText(t, photos.error)}</p>}
      {photos.isSuccess && shown.length === 0 ? <p className={styles.meta}>{t('photos.mineEmpty')}</p> : null}
      <ul>
        {shown.map((photo) => (
          <li key={photo.id} className={styles.card} data-status={photo.status}>
            <PhotoPicture src={photoImageUrl(photo.id)} alt="" />
            <div className={styles.cardText}>
              <p className={styles.name}>
                {photo.taken_at === null
                  ? format.dateTime(photo.created_at)
                  : t('photos.takenAt', { time: format.dateTime(photo.taken_at) })}
              </p>
              {photo.note === '' ? null : <p className={styles.meta}>{photo.note}</p>}
              <p className={styles.state}>
                {t(`photos.status.${photo.status}`)}
                {photo.status === 'failed' && photo.detail !== '' ? `: ${photo.detail}` : null}
              </p>
              {photo.status === 'done' ? <FoundCases ids={photo.case_ids} /> : null}
            </div>
          </li>
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
