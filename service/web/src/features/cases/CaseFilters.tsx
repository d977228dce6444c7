import { useQuery } from '@tanstack/react-query'
import { Button, DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { useEffect, useState } from 'react'

import { areasQuery } from '@/api/areas'
import { camerasQuery } from '@/api/cameras'
import { useWords } from '@/api/catalogue'
import type { Word } from '@/api/nouns'
import { unitsQuery } from '@/api/units'
import { useLocale } from '@/app/locale'

import { MARKS, NO_FILTER, writeFilter, type FilterInAddress, type Mark } from './caseFilter'
import styles from './CasesPage.module.css'

interface Props {
  filter: FilterInAddress
  onChange: (filter: FilterInAddress) => void
}

const DAY = 'YYYY-MM-DD'

/** What narrows the list of cases. */
export function CaseFilters({ filter, onChange }: Props) {
  const { t, locale } = useLocale()
  const { list } = useWords()
  const { data: cameras = [] } = useQuery(camerasQuery)
  const { data: units = [] } = useQuery(unitsQuery)
  const { data: areas = [] } = useQuery(areasQuery)
  const options = (words: readonly Word[]) =>
    words.map((word) => ({ value: word.code, label: locale === 'zh-CN' ? word.chinese : word.english }))
  const set = (change: Partial<FilterInAddress>) => onChange({ ...filter, ...change })

  useEffect(() => {
    dayjs.locale(locale === 'zh-CN' ? 'zh-cn' : 'en')
  }, [locale])

  return (
    <search className={styles.filters} aria-label={t('cases.filter')}>
      <NumberSearch key={filter.number} number={filter.number} onSearch={(number) => set({ number })} />
      <Select
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        aria-label={t('case.status')}
        placeholder={t('case.status')}
        value={filter.status}
        options={options(list('case_states'))}
        onChange={(status: string[]) => set({ status })}
      />
      <Select
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        aria-label={t('case.kind')}
        placeholder={t('case.kind')}
        value={filter.kind}
        options={options(list('kinds'))}
        onChange={(kind: string[]) => set({ kind })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('case.camera')}
        placeholder={t('case.camera')}
        value={filter.camera === '' ? null : filter.camera}
        options={cameras.map((camera) => ({
          value: camera.id,
          label: camera.name === '' ? camera.id : camera.name,
        }))}
        onChange={(camera: string | undefined) => set({ camera: camera ?? '' })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('case.unit')}
        placeholder={t('case.unit')}
        value={filter.unit === '' ? null : filter.unit}
        options={units.map((unit) => ({ value: unit.id, label: unit.name }))}
        onChange={(unit: string | undefined) => set({ unit: unit ?? '' })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('case.area')}
        placeholder={t('case.area')}
        value={filter.area === '' ? null : filter.area}
        options={areas.map((area) => ({ value: area.id, label: area.name }))}
        onChange={(area: string | undefined) => set({ area: area ?? '' })}
      />
      <Select
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        aria-label={t('cases.only')}
        placeholder={t('cases.only')}
        value={filter.only}
        options={MARKS.map((mark) => ({ value: mark, label: t(`cases.only.${mark}`) }))}
        onChange={(only: Mark[]) => set({ only })}
      />
      <DatePicker
        aria-label={t('cases.since')}
        placeholder={t('cases.since')}
        value={filter.since === '' ? null : dayjs(filter.since)}
        onChange={(day) => set({ since: day === null ? '' : day.format(DAY) })}
      />
      <DatePicker
        aria-label={t('cases.until')}
        placeholder={t('cases.until')}
        value={filter.until === '' ? null : dayjs(filter.until)}
        onChange={(day) => set({ until: day === null ? '' : day.format(DAY) })}
      />
      <Select
        aria-label={t('cases.order')}
        value={filter.order}
        options={[
          { value: 'newest', label: t('cases.order.newest') },
          { value: 'oldest', label: t('cases.order.oldest') },
        ]}
        onChange={(order: 'newest' | 'oldest') => set({ order })}
      />
      {writeFilter(filter).size > 0 ? (
        <Button type="text" onClick={() => onChange(NO_FILTER)}>
          {t('cases.filterReset')}
        </Button>
      ) : null}
    </search>
  )
}

function NumberSearch({ number, onSearch }: { number: string; onSearch: (number: string) => void }) {
  const { t } = useLocale()
  const [text, setText] = useState(number)
  return (
    <Input.Search
      allowClear
      aria-label={t('cases.search')}
      placeholder={t('cases.search')}
      value={text}
      maxLength={64}
      onChange={(event) => setText(event.target.value)}
      onSearch={(value) => onSearch(value.trim())}
    />
  )
}
