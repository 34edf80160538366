Signal: {red, amber, stop}
stop: binary
Signal -> stop
