/** A ticket as the plain table has it. */
export interface PlainRow {
  ticket: string;
  number: string;
  title: string;
  client: string | null;
  status: string | null;
  priority: string | null;
  assignee: string | null;
  due: string | null;
}
