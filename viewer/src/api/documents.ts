import type { components } from './schema'

type Schemas = components['schemas']

export type Bounds = Schemas['Bounds']
export type Budget = Schemas['Budget']
export type DryRun = Schemas['DryRun']
export type Estimate = Schemas['Estimate']
export type FieldList = Schemas['FieldList']
export type Page = Schemas['Page']
export type Parameter = Schemas['QueryParameter']
export type PayloadField = Schemas['PayloadField']
export type Problem = Schemas['Problem']
export type Query = Schemas['Query']
export type QueryList = Schemas['QueryList']
/** The generator takes fields with a default for required. */
export type QueryRequest = Pick<Schemas['QueryRequest'], 'query'> & Partial<Schemas['QueryRequest']>
export type QueryStatus = Schemas['QueryStatus']
export type Saved = Schemas['Saved']
export type SavedList = Schemas['SavedList']
export type Session = Schemas['Session']
export type Table = Schemas['Table']
export type TableColumn = Schemas['TableColumn']
export type TableField = Schemas['TableField']
export type TimeUnit = NonNullable<TableColumn['time']>['unit']
export type Warning = Schemas['Warning']
