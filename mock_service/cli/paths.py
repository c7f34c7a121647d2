"""What the help says of where this machine's keys and certificates are kept."""

FOLDER_HELP = (
    "Folder of this machine's signer and certificate; default: PERSONALIZER_LAB_FOLDER, "
    "or personalizer-lab in the user's data folder."
)
