"""The demo's mailbox and phones: what the programme sends, readable in the browser and as JSON."""
