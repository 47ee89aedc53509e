/** `RTM_*` (linux/rtnetlink.h): what an rtnetlink message is about. */
export const RTM = {
  NEW_LINK: 16,
  DELETE_LINK: 17,
  GET_LINK: 18,
  NEW_ADDRESS: 20,
  DELETE_ADDRESS: 21,
  GET_ADDRESS: 22,
  NEW_ROUTE: 24,
  DELETE_ROUTE: 25,
  GET_ROUTE: 26,
  NEW_NEIGHBOUR: 28,
  DELETE_NEIGHBOUR: 29,
  GET_NEIGHBOUR: 30,
  NEW_RULE: 32,
  DELETE_RULE: 33,
  GET_RULE: 34,
  NEW_QDISC: 36,
  DELETE_QDISC: 37,
  GET_QDISC: 38,
} as const;

/** `RTNLGRP_*`: the multicast groups of NETLINK_ROUTE that we listen to. */
export const ROUTE_GROUP = {
  LINK: 1,
  NEIGHBOUR: 3,
  TRAFFIC_CONTROL: 4,
  IPV4_ADDRESS: 5,
  IPV4_ROUTE: 7,
  IPV4_RULE: 8,
  IPV6_ADDRESS: 9,
  IPV6_ROUTE: 11,
  IPV6_RULE: 19,
} as const;
