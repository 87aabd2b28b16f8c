"""One module for each Bluetooth characteristic; the folder is the registry."""
