// The tab of the broker dialog about devices: users, and listeners beside the one port.

import {
  type DevicesConfig,
  devicesDefaults,
  type ListenerConfig,
  type UserConfig,
} from '../../settings/broker.devices.config';
import { addFieldNote } from '../fields/field-note';
import { addSavedRows, listed, readRows } from '../fields/list-rows';
import { sharedText } from '../fields/shared-text';
import { addRightsFields, addUserRow, type HandOver, rightsProblem, userNameProblem } from './device-user-row';
import { addListenerRow, isSecure, listenerProblem } from './listener-row';

const USERS = '#mqtt-flows-device-users';
const LISTENERS = '#mqtt-flows-listeners';
const GUESTS = '#mqtt-flows-guests';
const GUEST_RIGHTS = '#mqtt-flows-guest-rights';
const TLS = '#node-config-input-listenerTls';

/** Saved by any version, or by hand. */
type SavedDevices = Partial<DevicesConfig> | undefined;

/** Why these settings cannot be used, or undefined. */
export function devicesProblem(saved: SavedDevices): string | undefined {
  const { users, listeners, anonymous } = { ...devicesDefaults, ...saved };
  const names = listed(users).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return sharedText('fields.userTwice', { name: twice });
  const problems = [
    ...listed(users).flatMap((user) => [userNameProblem(user.name), rightsProblem(user)]),
    ...listed(listeners).map(listenerProblem),
    anonymous.allow ? rightsProblem(anonymous) : undefined,
  ];
  return problems.find((problem) => problem !== undefined);
}

/** Whether somebody has said who may connect: then a port that others can reach is not open to all. */
export function saysWhoMayConnect(saved: SavedDevices): boolean {
  return listed(saved?.users).length > 0 || saved?.anonymous?.allow === true;
}

/** Fills the fields with `saved`. `changed` is called when there are more or fewer users. */
export function prepareDeviceFields(id: string, saved: SavedDevices, changed: () => void): void {
  const { users, listeners, anonymous } = { ...devicesDefaults, ...saved };
  const handOver: HandOver = (key, password) => postPassword(id, key, password);
  const list = $(USERS).editableList<Partial<UserConfig>>({
    addItem: (container, _index, row) => {
      addUserRow(container, row, handOver);
      changed();
    },
    removeItem: changed,
    removable: true,
    sortable: true,
    height: 'auto',
  });
  addSavedRows(list, listed(users));
  const guests = $(GUESTS).prop('checked', anonymous.allow);
  const rights = $(GUEST_RIGHTS);
  rights.data('read', addRightsFields(rights, anonymous));
  const showGuests = (): void => {
    rights.toggle(guests.prop('checked') === true);
    changed();
  };
  guests.on('change', showGuests);
  showGuests();
  prepareListeners(listed(listeners));
}

function prepareListeners(saved: readonly ListenerConfig[]): void {
  const showTls = (): void => {
    const secure = readListeners().some(({ kind }) => isSecure(kind));
    $('#mqtt-flows-listener-tls-row').toggle(secure);
    $(TLS).trigger('change');
  };
  const list = $(LISTENERS).editableList<Partial<ListenerConfig>>({
    addItem: (container, _index, row) => addListenerRow(container, row, showTls),
    removeItem: showTls,
    removable: true,
    sortable: true,
    height: 'auto',
  });
  addSavedRows(list, saved);
  addFieldNote($('#mqtt-flows-listener-tls-row'), $(TLS), (tls) => ({
    problem: needsCertificate(tls) ? sharedText('fields.listenerTls') : undefined,
  }));
  showTls();
}

function needsCertificate(tls: string): boolean {
  return (tls === '' || tls === '_ADD_') && readListeners().some(({ kind }) => isSecure(kind));
}

function readListeners(): ListenerConfig[] {
  return readRows<ListenerConfig>($(LISTENERS));
}

/** Reads the fields, and hands over the passwords that were typed last. */
export function readDevices(): DevicesConfig {
  const readRights: (() => Pick<DevicesConfig['anonymous'], 'publish' | 'subscribe'>) | undefined =
    $(GUEST_RIGHTS).data('read');
  const rights = readRights?.() ?? devicesDefaults.anonymous;
  return {
    users: readRows<UserConfig>($(USERS)),
    listeners: readListeners(),
    anonymous: { ...rights, allow: hasGuests() },
  };
}

function hasGuests(): boolean {
  return $(GUESTS).prop('checked') === true;
}

/** As saysWhoMayConnect(), of the open dialog. */
export function showsWhoMayConnect(): boolean {
  const rows = $(USERS).children('li').not('.red-ui-editableList-item-deleting');
  return rows.length > 0 || hasGuests();
}

function postPassword(id: string, key: string, password: string): Promise<void> {
  const url = `mqtt-flows/brokers/${encodeURIComponent(id)}/passwords`;
  const data = JSON.stringify({ key, password });
  return new Promise((resolve, reject) => {
    $.ajax({ url, method: 'POST', contentType: 'application/json', data }).then(
      () => resolve(),
      ({ status }: JQuery.jqXHR) => {
        const denied = status === 401 || status === 403;
        const text = denied ? sharedText('fields.passwordDenied') : sharedText('fields.passwordNotKept', { status });
        // The dialog may be closed by now.
        RED.notify($('<span>', { text }), { type: 'error', timeout: 8000 });
        reject(new Error(text));
      },
    );
  });
}
