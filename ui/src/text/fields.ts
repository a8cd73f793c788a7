/**
 * What the fields of a ticket are called.
 *
 * **Invariant:** words only; a part of the one catalogue in `en.ts`.
 */
import type { FieldName } from '../bridge/generated';

export const FIELDS: Record<FieldName, string> = {
  title: 'Title',
  status_id: 'Status',
  priority_id: 'Priority',
  assigned_to: 'Assignee',
  assigned_team_id: 'Team',
  board_id: 'Board',
  category_id: 'Category',
  subcategory_id: 'Subcategory',
  client_id: 'Client',
  contact_name_id: 'Contact',
  location_id: 'Location',
  itil_impact: 'Impact',
  itil_urgency: 'Urgency',
  due_date: 'Due',
  response_state: 'Waiting for',
};
