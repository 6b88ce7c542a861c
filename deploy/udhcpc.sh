#!/bin/sh
# What udhcpc calls in deploy/compose.yaml: takes the address, and says so.
case $1 in
bound | renew)
  ip address replace "$ip/$mask" dev "$interface"
  echo "$1 $ip/$mask router=$router server=$serverid dns=$dns domain=$domain lease=$lease" | tee /tmp/lease
  ;;
deconfig | leasefail | nak)
  echo "$1"
  rm -f /tmp/lease
  ;;
esac
