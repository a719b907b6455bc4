"""The actions, table by table; `p88console.ui.actions` puts them together."""
