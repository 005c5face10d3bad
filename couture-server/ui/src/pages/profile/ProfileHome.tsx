export { Profile as Component } from "./ProfilePage";
