import { FileImage } from 'lucide-react'
import { useState } from 'react'

import styles from './UploadPage.module.css'

/** A small picture; a kind that the browser cannot show (HEIC in most) gets a sign instead. */
export function PhotoPicture({ src, alt }: { src: string; alt: string }) {
  const [failed, setFailed] = useState(false)
  return (
    <span className={styles.picture}>
      {failed ? (
        <FileImage size={30} aria-label={alt} />
      ) : (
        <img src={src} alt={alt} loading="lazy" onError={() => setFailed(true)} />
      )}
    </span>
  )
}
