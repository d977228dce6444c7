import { useQuery } from '@tanstack/react-query'
import { Input, Select } from 'antd'
import { useState, type SubmitEvent } from 'react'

import { areasQuery } from '@/api/areas'
import { useWords } from '@/api/catalogue'
import type { Role, User } from '@/api/nouns'
import { unitsQuery } from '@/api/units'
import { useCreateUser, useUpdateUser } from '@/api/users'
import { useLocale } from '@/app/locale'
import { LOCALES, type Locale } from '@/messages'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { FormEnd } from '@/shared/FormEnd'
import { useFormFaults } from '@/shared/useFormFaults'
import { useToasts } from '@/shared/Toasts'

const LANGUAGE: Readonly<Record<Locale, string>> = { 'zh-CN': '中文', 'en-US': 'English' }
const FIELDS = ['username', 'display_name', 'role', 'unit_id', 'area_id', 'locale', 'password']
/** Whom an area can be bound to. */
const BOUND: ReadonlySet<Role> = new Set(['operator', 'supervisor'])

/** Add a person, or change one. */
export function UserForm({ user, onDone }: { user: User | null; onDone: () => void }) {
  const { t, locale: reading } = useLocale()
  const { list } = useWords()
  const toasts = useToasts()
  const create = useCreateUser()
  const update = useUpdateUser()
  const faults = useFormFaults(FIELDS)
  const [username, setUsername] = useState(user?.username ?? '')
  const [name, setName] = useState(user?.display_name ?? '')
  const [role, setRole] = useState<Role>(user?.role ?? 'inspector')
  const [locale, setLocale] = useState<Locale>(user?.locale ?? 'zh-CN')
  const [unit, setUnit] = useState(user?.unit_id ?? null)
  const [area, setArea] = useState(user?.area_id ?? null)
  const [password, setPassword] = useState('')
  const { data: units = [] } = useQuery(unitsQuery)
  const { data: areas = [] } = useQuery(areasQuery)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    if (user === null && username.trim() === '') {
      faults.setField('username', t('common.required'))
      return
    }
    if (name.trim() === '') {
      faults.setField('display_name', t('common.required'))
      return
    }
    if (role === 'unit_handler' && unit === null) {
      faults.setField('unit_id', t('users.unitNeeded'))
      return
    }
    if ((user === null || password !== '') && password.length < 10) {
      faults.setField('password', t('session.passwordRule'))
      return
    }
    const after = {
      onSuccess() {
        toasts.show({ text: user === null ? t('users.created') : t('common.saved'), tone: 'good' })
        onDone()
      },
      onError: faults.set,
    }
    const body = {
      display_name: name.trim(),
      role,
      locale,
      unit_id: role === 'unit_handler' ? unit : null,
      area_id: BOUND.has(role) ? area : null,
    }
    if (user === null) create.mutate({ ...body, username: username.trim(), password }, after)
    else update.mutate({ id: user.id, body: password === '' ? body : { ...body, password } }, after)
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {user === null ? (
        <Field label={t('users.username')} fault={faults.faults.username}>
          {(id) => (
            <Input
              id={id}
              autoComplete="off"
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field label={t('users.displayName')} fault={faults.faults.display_name}>
        {(id) => (
          <Input id={id} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label={t('users.role')} fault={faults.faults.role}>
        {(id) => (
          <Select
            id={id}
            value={role}
            onChange={setRole}
            options={list('roles').map((word) => ({
              value: word.code as Role,
              label: reading === 'zh-CN' ? word.chinese : word.english,
            }))}
          />
        )}
      </Field>
      {role === 'unit_handler' ? (
        <Field label={t('users.unit')} fault={faults.faults.unit_id}>
          {(id) => (
            <Select
              id={id}
              value={unit}
              onChange={setUnit}
              showSearch={{ optionFilterProp: 'label' }}
              options={units.map((one) => ({ value: one.id, label: one.name }))}
            />
          )}
        </Field>
      ) : null}
      {BOUND.has(role) && areas.length > 0 ? (
        <Field label={t('users.area')} fault={faults.faults.area_id} optional>
          {(id) => (
            <Select
              id={id}
              allowClear
              placeholder={t('users.areaAll')}
              value={area}
              onChange={(chosen: string | undefined) => setArea(chosen ?? null)}
              showSearch={{ optionFilterProp: 'label' }}
              options={areas.map((one) => ({ value: one.id, label: one.name }))}
            />
          )}
        </Field>
      ) : null}
      <Field label={t('users.locale')} fault={faults.faults.locale}>
        {(id) => (
          <Select
            id={id}
            value={locale}
            onChange={setLocale}
            options={LOCALES.map((value) => ({ value, label: LANGUAGE[value] }))}
          />
        )}
      </Field>
      <Field
        label={user === null ? t('users.password') : t('users.passwordReset')}
        hint={t('session.passwordRule')}
        fault={faults.faults.password}
      >
        {(id) => (
          <Input.Password
            id={id}
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <FormEnd fault={faults.general} saving={create.isPending || update.isPending} onCancel={onDone} />
    </form>
  )
}
